import { Router } from 'express'
import { ApiError } from '../api-error.ts'
import { findModel, listModels } from '../responses/models.ts'
import { replyJson } from './reply.ts'

export function createModelsRouter(): Router {
  const router = Router()
  router.get('/', (_req, res) => replyJson(res, { object: 'list', data: listModels() }))
  router.get('/:id', (req, res) => {
    const { id } = req.params
    const model = findModel(id)
    if (model === undefined)
      throw new ApiError({ status: 404, message: `The model '${id}' does not exist`, param: 'model', code: 'model_not_found' })
    replyJson(res, model)
  })
  return router
}
